import type Docker from 'dockerode';
import type { HostNodeSpec } from '../types.ts';
import { within } from './engine.ts';
import type { RunNetwork } from './network.ts';
import { NODE } from './owner.ts';
import { PROBE_PORT } from './rules.ts';

/** Where a node was put, before its container exists. */
export interface Placement {
  readonly spec: HostNodeSpec;
  readonly container: string;
  readonly address: string;
  readonly directory: string;
  /** Is a disk of its own mounted below the directory, now and perhaps anew later? */
  readonly disk: boolean;
  /** By role: the port in the container and the one of 127.0.0.1 that it is published at. */
  readonly ports: ReadonlyMap<string, { readonly inside: number; readonly outside: number }>;
}

type Labels = Readonly<Record<string, string>>;

/** The node: unprivileged, without a capability; its main process only answers the reachability probe. */
export async function createNode(
  docker: Docker,
  { spec, container, address, directory, ports, disk }: Placement,
  image: string,
  network: RunNetwork,
  labels: Labels,
): Promise<Docker.Container> {
  const published = [...ports.values()];
  const readable = (spec.readOnly ?? []).map((path) => mount(path, true));
  return launch(docker, {
    name: container,
    Image: image,
    Cmd: ['alibi-probe', '0.0.0.0', `${PROBE_PORT}`],
    Hostname: spec.name,
    Labels: { ...labels, [NODE]: spec.name },
    ExposedPorts: Object.fromEntries(published.map(({ inside }) => [`${inside}/tcp`, {}])),
    HostConfig: {
      Init: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Mounts: [mount(directory, false, disk), ...readable],
      NetworkMode: network.id,
      PortBindings: Object.fromEntries(
        published.map(({ inside, outside }) => [
          `${inside}/tcp`,
          [{ HostIp: '127.0.0.1', HostPort: `${outside}` }],
        ]),
      ),
      ShmSize: 256 << 20,
      ...(spec.memoryMb !== undefined && { Memory: spec.memoryMb << 20, MemorySwap: spec.memoryMb << 20 }),
      ...(spec.cpus !== undefined && { NanoCpus: Math.round(spec.cpus * 1e9) }),
    },
    NetworkingConfig: { EndpointsConfig: { [network.id]: { IPAMConfig: { IPv4Address: address } } } },
  });
}

/** The node's sidecar: in its network namespace, with the capability that its own processes lack. */
export async function createSidecar(
  docker: Docker,
  { spec, container }: Placement,
  image: string,
  capabilities: readonly string[],
  labels: Labels,
): Promise<Docker.Container> {
  return launch(docker, {
    name: `${container}-sidecar`,
    Image: image,
    Cmd: ['sleep', 'infinity'],
    Labels: { ...labels, [NODE]: spec.name },
    HostConfig: {
      Init: true,
      CapDrop: ['ALL'],
      CapAdd: [...capabilities],
      NetworkMode: `container:${container}`,
    },
  });
}

async function launch(docker: Docker, options: Docker.ContainerCreateOptions): Promise<Docker.Container> {
  const container = await within(60_000, 'creating its container', docker.createContainer(options));
  await within(60_000, 'starting its container', container.start());
  return container;
}

/** A folder of this machine at the same path in the container; `follow`: with whatever is mounted below it later. */
function mount(path: string, ReadOnly: boolean, follow = false): Docker.MountConfig[number] {
  const options = follow ? { BindOptions: { Propagation: 'rslave' as const } } : {};
  return { Type: 'bind', Source: path, Target: path, ReadOnly, ...options };
}
