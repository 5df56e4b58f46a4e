// Builds every image that the Docker world needs; those whose content is unchanged are there already.
import { connectEngine } from '../harness/hosts/docker/engine.ts';
import { ensureImages } from '../harness/hosts/docker/images.ts';

const IMAGES = ['sidecar', 'postgres', 'mysql', 'node', 'etcd', 'redis', 'valkey'];

const say = (fields: object, message: string): void => console.log(message, JSON.stringify(fields));
const log = { debug: () => undefined, info: say, warn: say, error: say };
await ensureImages(IMAGES, { docker: connectEngine(), log });
