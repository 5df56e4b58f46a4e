import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { connectEngine } from '../harness/hosts/docker/engine.ts';
import { describeDocker } from '../harness/hosts/docker/testing/suite.ts';
import { alibi, scratch, start } from './testing/alibi.ts';
import { untilHistory } from './testing/history.ts';

interface Document {
  readonly outcome: string;
  readonly reasons: readonly string[];
  readonly anomalies: readonly {
    readonly name: string;
    readonly certain: boolean;
    readonly explanation: string;
  }[];
}

async function run(args: string, env: NodeJS.ProcessEnv = {}) {
  const cwd = scratch();
  const said = await alibi([...`run ${args} --world docker --out r --json`.split(' ')], cwd, env);
  expect(said.stdout, said.stderr).not.toBe('');
  const document = JSON.parse(said.stdout) as Document;
  return {
    cwd,
    code: said.code,
    document,
    names: document.anomalies.filter((a) => a.certain).map((a) => a.name),
  };
}

/** Containers and networks of the engine that carry the run's label. */
async function labelled(run: string): Promise<string[]> {
  const docker = connectEngine();
  const filters = { label: [`alibi.run=${run}`] };
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  return [...containers.map((c) => c.Id), ...networks.map((n) => n.Id)];
}

const LOSSY =
  '--workload set --nemesis cut-standbys,failover --time 14 --fault-for 3 --fault-every 20 --consistency durable';

describeDocker('PostgreSQL in containers', () => {
  it('loses acknowledged writes in a failover after its standbys were cut off, asynchronously', async () => {
    const { code, document, names } = await run(`postgres:async ${LOSSY}`);
    expect(document.outcome, document.reasons.join('\n')).toBe('violation');
    expect(names).toContain('lost-acknowledged-write');
    expect(code).toBe(1);
  });

  it('loses none synchronously', async () => {
    const { document, names } = await run(`postgres:sync-first-1 ${LOSSY}`);
    expect(document.outcome, document.reasons.join('\n')).toBe('valid');
    expect(names).not.toContain('lost-acknowledged-write');
  });

  it('promoted without fencing has two primaries, and says so', async () => {
    const { names } = await run(
      'postgres:async --workload register --nemesis failover:unfenced --time 10 --fault-for 2',
    );
    expect(names).toContain('split-brain');
  });

  it('whose sidecars lack NET_ADMIN is never judged valid under a partition', async () => {
    const broken = await run(
      'postgres:async --workload set --nemesis partition:primary --time 12 --fault-for 4',
      {
        ALIBI_SIDECAR_CAPABILITIES: '',
      },
    );
    expect(['inconclusive', 'error']).toContain(broken.document.outcome);
    expect(broken.document.reasons.join(' ')).toMatch(/NET_ADMIN/);
    const whole = await run(
      'postgres:async --workload set --nemesis partition:primary --time 12 --fault-for 4',
    );
    expect(whole.document.outcome, whole.document.reasons.join('\n')).toBe('valid');
  });

  it('whose clocks are skewed shows the offset that was asked for', async () => {
    const { cwd, document } = await run(
      'postgres:async --workload register --nemesis clock:one:+5s --time 10 --fault-for 2',
    );
    expect(document.outcome, document.reasons.join('\n')).toBe('valid');
    expect(readFileSync(join(cwd, 'r', 'history.jsonl'), 'utf8')).toMatch(
      /measured offset at heal: n\d (49|50)\d\d ms/,
    );
  });

  it('kept after its run still serves, until clean ends it', async () => {
    const cwd = scratch();
    const { code, stderr } = await alibi(
      [...'run postgres:async --world docker --workload register --time 3 --keep-cluster --out r'.split(' ')],
      cwd,
    );
    expect(code, stderr).toBe(0);
    const port = Number(/kept: n1 postgres 127\.0\.0\.1:(\d+)/.exec(stderr)?.[1]);
    const pgpass = readFileSync(join(cwd, 'r/nodes/n1/pgpass'), 'utf8').trim();
    const password = pgpass.slice(pgpass.lastIndexOf(':') + 1);
    const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', password });
    await client.connect();
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await client.end();
    const { id } = JSON.parse(readFileSync(join(cwd, 'r', 'run.json'), 'utf8')) as { id: string };
    expect((await alibi(['clean'], cwd)).code).toBe(0);
    expect(await labelled(id)).toEqual([]);
  });

  it('whose harness was killed leaves a judged history and nothing that clean does not remove', async () => {
    const cwd = scratch();
    const { child, said } = start(
      [...'run postgres:async --world docker --workload set --time 60 --out r'.split(' ')],
      cwd,
    );
    await untilHistory(join(cwd, 'r', 'history.jsonl'), 1000);
    child.kill('SIGKILL');
    await said;
    const { id } = JSON.parse(readFileSync(join(cwd, 'r', 'run.json'), 'utf8')) as { id: string };
    expect(await labelled(id)).not.toEqual([]);
    expect((await alibi(['check', 'r'], cwd)).code).toBe(2);
    expect((await alibi(['clean'], cwd)).code).toBe(0);
    expect(await labelled(id)).toEqual([]);
  });
});
