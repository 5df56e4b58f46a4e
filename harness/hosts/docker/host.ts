import { chown, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type Docker from 'dockerode';
import { Ports } from '../process/ports.ts';
import { isRefusal, type Endpoint, type Host, type HostContext, type HostNodeSpec } from '../types.ts';
import { removeLabelled } from './clean.ts';
import { createNode, createSidecar, type Placement } from './containers.ts';
import { LoopDisk } from './disk.ts';
import { connectEngine, dockerAvailable, messageOf } from './engine.ts';
import { IMAGE_USER, isOurImage } from './image-definition.ts';
import { ensureImages } from './images.ts';
import { ensureLayer } from './layer.ts';
import { DockerLinks } from './links.ts';
import { createNetwork, type RunNetwork } from './network.ts';
import { DockerNode } from './node.ts';
import { ownerLabels, RUN } from './owner.ts';

export interface DockerHostOptions {
  /** What the sidecars may do. Without NET_ADMIN every link fault fails, and says so. */
  readonly sidecarCapabilities?: readonly string[];
}

/** The world `docker`: a container a node on a network of the run's own. Rejects with the reason when no engine answers. */
export async function dockerHost(context: HostContext, options: DockerHostOptions = {}): Promise<Host> {
  const docker = connectEngine();
  const available = await dockerAvailable(docker);
  if (available !== true && isRefusal(available)) throw new Error(available.refused);
  const network = await createNetwork(docker, `alibi-${safe(context.runId)}`, ownerLabels(context.runId));
  return new DockerHost(context, docker, network, options.sidecarCapabilities ?? ['NET_ADMIN']);
}

class DockerHost implements Host {
  readonly world = 'docker';
  readonly links = new DockerLinks();
  readonly #context: HostContext;
  readonly #docker: Docker;
  readonly #network: RunNetwork;
  readonly #capabilities: readonly string[];
  readonly #ports: Ports;
  readonly #placed = new Map<string, Placement>();
  readonly #creating: Promise<DockerNode>[] = [];
  readonly #nodes = new Map<string, DockerNode>();
  readonly #disks: LoopDisk[] = [];
  #closed = false;

  constructor(context: HostContext, docker: Docker, network: RunNetwork, capabilities: readonly string[]) {
    this.#context = context;
    this.#docker = docker;
    this.#network = network;
    this.#capabilities = capabilities;
    this.#ports = new Ports();
  }

  async addNode(spec: HostNodeSpec): Promise<DockerNode> {
    if (this.#placed.has(spec.name)) throw new Error(`There is already a node named ${spec.name}.`);
    if (spec.image === undefined) throw new Error(`Node ${spec.name} names no image for the docker world.`);
    const address = this.#network.address(this.#placed.size);
    const directory = resolve(this.#context.directory, spec.name);
    const ports = new Map<string, { inside: number; outside: number }>();
    const container = `alibi-${safe(this.#context.runId)}-${safe(spec.name)}`;
    const placement: Placement = {
      ...{ spec, container, address, directory, ports },
      disk: this.#context.disks === true,
    };
    this.#placed.set(spec.name, placement);
    let fallback = 7000;
    for (const [role, port] of Object.entries(spec.ports))
      ports.set(role, { inside: port ?? fallback++, outside: await this.#ports.take() });
    await prepare(directory);
    const disk = placement.disk ? await this.#disk(directory) : null;
    const images = { docker: this.#docker, log: this.#context.log };
    const own = this.#context.image;
    const layered = own === undefined ? null : await ensureLayer(own, spec.image, images);
    const needed = ['sidecar', ...(layered === null ? [spec.image] : [])].filter(isOurImage);
    const built = await ensureImages(needed, images);
    if (this.#closed) throw new Error(`Node ${spec.name} was not created: the host is closed.`);
    const tag = (name: string): string => built.get(name) ?? name;
    const creation = this.#create(placement, layered ?? tag(spec.image), tag('sidecar'));
    this.#creating.push(creation);
    const node = await creation;
    if (disk !== null) node.disk = disk;
    this.#nodes.set(directory, node);
    return node;
  }

  async #disk(directory: string): Promise<LoopDisk> {
    const node = () => this.#nodes.get(directory);
    const disk = await LoopDisk.create(directory, {
      freeze: async () => node()?.signalAll('SIGSTOP'),
      kill: async () => node()?.signalAll('SIGKILL'),
    });
    this.#disks.push(disk);
    return disk;
  }

  async #create(placement: Placement, image: string, sidecarImage: string): Promise<DockerNode> {
    const { name } = placement.spec;
    const { address, directory } = placement;
    const labels = ownerLabels(this.#context.runId);
    const docker = this.#docker;
    try {
      const container = await createNode(docker, placement, image, this.#network, labels);
      const sidecar = await createSidecar(docker, placement, sidecarImage, this.#capabilities, labels);
      this.links.add({ name, address, container, sidecar });
      return new DockerNode({ name, directory, address }, container, () => this.#beforeStart());
    } catch (error) {
      throw new Error(`Node ${name} could not be created: ${messageOf(error)}`, { cause: error });
    }
  }

  bind(node: string, role: string): Endpoint {
    const [placement, { inside }] = this.#port(node, role);
    return { host: placement.address, port: inside };
  }

  peer(_from: string, to: string, role: string): Endpoint {
    return this.bind(to, role);
  }

  /** The engine's proxy accepts even while the service is down, and then closes: a client sees a reset, not a refusal. */
  client(node: string, role: string): Endpoint {
    return { host: '127.0.0.1', port: this.#port(node, role)[1].outside };
  }

  addresses() {
    return [...this.#placed].flatMap(([node, { ports }]) =>
      [...ports.keys()].map((role) => ({ node, role, endpoint: this.client(node, role) })),
    );
  }

  async close(): Promise<void> {
    const { runId, log } = this.#context;
    this.#closed = true;
    // A container that is being created now would otherwise appear after all were removed.
    await Promise.allSettled(this.#creating);
    try {
      await removeLabelled(this.#docker, (labels) => labels[RUN] === runId);
    } catch (error) {
      log.error({ err: error as Error }, 'containers were left behind: `alibi clean` removes them');
    }
    for (const disk of this.#disks) await disk.close();
    this.#ports.release();
  }

  /** Counting starts before the first byte; without the right to count, services still run and faults will say why not. */
  async #beforeStart(): Promise<void> {
    try {
      await this.links.count();
    } catch (error) {
      this.#context.log.warn({ reason: messageOf(error) }, 'traffic between nodes cannot be counted');
    }
  }

  #port(node: string, role: string): [Placement, { inside: number; outside: number }] {
    const placement = this.#placed.get(node);
    const port = placement?.ports.get(role);
    if (placement === undefined || port === undefined) throw new Error(`Node ${node} has no port "${role}".`);
    return [placement, port];
  }
}

/** Makes a directory that the images' user may write: as anyone but root, that user is us. */
async function prepare(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  if (process.getuid?.() === 0) await chown(directory, IMAGE_USER, IMAGE_USER);
}

/** As part of a container's name. */
function safe(name: string): string {
  return name.replace(/[^a-zA-Z0-9_.-]/g, '-');
}
