// What a bare Debian machine lacks: a Docker engine with a data root and socket of its own, and a browser.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

let engine = false;

/** Starts an engine for this CI run and points DOCKER_HOST at it. */
export function startEngine() {
  const { status, stdout } = spawnSync('bash', ['.ci/engine.sh', 'start'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  engine = true;
  const host = /DOCKER_HOST=(\S+)/.exec(stdout ?? '')?.[1];
  if (status !== 0 || host === undefined) {
    console.error(`the Docker engine did not start (status ${status})`);
    return false;
  }
  process.env.DOCKER_HOST = host;
  return true;
}

/** Ends the engine that {@link startEngine} started, by process id. */
export function stopEngine() {
  if (engine) spawnSync('bash', ['.ci/engine.sh', 'stop'], { stdio: 'inherit' });
}

/** Debian's Chromium, installed if it is not there. */
export function setUpBrowser() {
  if (existsSync('/usr/bin/chromium')) return true;
  try {
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return true;
  } catch (error) {
    console.error(`Chromium could not be installed: ${error.message}`);
    return false;
  }
}
