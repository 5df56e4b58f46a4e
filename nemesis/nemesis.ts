import type { Cluster } from '../harness/cluster.ts';
import type { Operation } from '../harness/generator/types.ts';
import { isRefusal, type Log } from '../harness/hosts/types.ts';
import type { Nemesis, NemesisEvent } from '../harness/runner/types.ts';
import type { Random, Runtime } from '../harness/runtime/types.ts';
import type { FaultFamily, FaultSpec, Injection } from './types.ts';

interface Open {
  readonly id: number;
  readonly spec: FaultSpec;
  readonly injection: Injection;
}

/**
 * Breaks the cluster as told and records what is proven about it. A fault that could not be injected is recorded
 * as one that did not reach: it is for the verdict to say that the run proves nothing then.
 */
export class FaultNemesis implements Nemesis {
  readonly #specs: ReadonlyMap<string, FaultSpec>;
  readonly #families: ReadonlyMap<string, FaultFamily>;
  readonly #cluster: Cluster;
  readonly #runtime: Runtime;
  readonly #log: Log;
  /** One stream a fault as written: removing a fault does not reshuffle the targets of the others. */
  readonly #streams = new Map<string, Random>();
  #open: Open[] = [];
  #nextId = 0;

  constructor(
    specs: readonly FaultSpec[],
    families: ReadonlyMap<string, FaultFamily>,
    cluster: Cluster,
    runtime: Runtime,
    log: Log,
  ) {
    this.#specs = new Map(specs.map((spec) => [spec.text, spec]));
    this.#families = families;
    this.#cluster = cluster;
    this.#runtime = runtime;
    this.#log = log;
  }

  async invoke(operation: Operation): Promise<readonly NemesisEvent[]> {
    const text = operation.value as string | null;
    if (operation.f === 'heal') return this.#heal((open) => text === null || open.spec.text === text);
    const spec = this.#specs.get(text ?? '');
    if (!spec) throw new Error(`the schedule names a fault that was not asked for: ${text ?? 'none'}`);
    return [await this.#inject(spec)];
  }

  async healAll(): Promise<readonly NemesisEvent[]> {
    const events = await this.#heal(() => true);
    // An injection that broke half way left no record to heal by: lift whatever links still carry.
    const links = this.#cluster.links;
    if (!isRefusal(links)) await links.heal();
    return events;
  }

  async #inject(spec: FaultSpec): Promise<NemesisEvent> {
    const id = this.#nextId++;
    const family = this.#families.get(spec.family)!;
    const common = { id, fault: spec.text, family: spec.family, began: this.#runtime.clock.now() };
    try {
      const injection = await family.inject(spec, {
        cluster: this.#cluster,
        random: this.#streamOf(spec),
        clock: this.#runtime.clock,
      });
      this.#open.push({ id, spec, injection });
      const { targets, reached, evidence, offsets } = injection;
      const links = injection.links?.map(({ from, to }) => `${from}→${to}`);
      return {
        f: 'fault',
        value: {
          ...common,
          ...{ targets, reached, evidence },
          ...(links === undefined ? {} : { links }),
          ...(offsets === undefined ? {} : { offsets }),
        },
      };
    } catch (error) {
      const evidence = `could not be injected: ${error instanceof Error ? error.message : String(error)}`;
      this.#log.warn({ fault: spec.text, error }, evidence);
      return { f: 'fault', value: { ...common, targets: [], reached: false, evidence } };
    }
  }

  #streamOf(spec: FaultSpec): Random {
    const known = this.#streams.get(spec.text);
    if (known) return known;
    const stream = this.#runtime.random(`nemesis/${spec.text}`);
    this.#streams.set(spec.text, stream);
    return stream;
  }

  /** Lifts faults, the last injected first; one that cannot be lifted is recorded and does not stop the others. */
  async #heal(which: (open: Open) => boolean): Promise<readonly NemesisEvent[]> {
    const chosen = this.#open.filter(which).reverse();
    this.#open = this.#open.filter((open) => !which(open));
    const events: NemesisEvent[] = [];
    for (const { id, spec, injection } of chosen) {
      try {
        events.push({ f: 'heal', value: { id, ...(await injection.heal()) } });
      } catch (error) {
        const evidence = `could not be healed: ${error instanceof Error ? error.message : String(error)}`;
        this.#log.error({ fault: spec.text, error }, evidence);
        events.push({ f: 'heal', value: { id, bit: false, evidence } });
      }
    }
    return events;
  }
}
