/** Redis, or Valkey, which came from it: one protocol, one way to configure, two programs. */
export interface Flavour {
  readonly name: 'redis' | 'valkey';
  readonly title: string;
  readonly image: string;
  readonly program: string;
  /** Where its documentation promises what it does. */
  readonly manual: Manual;
}

export interface Manual {
  readonly sentinel: string;
  readonly persistence: string;
  readonly wait: string;
  readonly cluster: string;
  /** MULTI and EXEC, and scripts. */
  readonly transactions: string;
}

export const REDIS: Flavour = {
  name: 'redis',
  title: 'Redis',
  image: 'redis',
  program: 'redis-server',
  manual: {
    sentinel: 'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/',
    persistence: 'https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/',
    wait: 'https://redis.io/docs/latest/commands/wait/',
    cluster:
      'https://redis.io/docs/latest/operate/oss_and_stack/management/scaling/#redis-cluster-consistency-guarantees',
    transactions: 'https://redis.io/docs/latest/develop/using-commands/transactions/',
  },
};

export const VALKEY: Flavour = {
  name: 'valkey',
  title: 'Valkey',
  image: 'valkey',
  program: 'valkey-server',
  manual: {
    sentinel: 'https://valkey.io/topics/sentinel/',
    persistence: 'https://valkey.io/topics/persistence/',
    wait: 'https://valkey.io/commands/wait/',
    cluster: 'https://valkey.io/topics/cluster-tutorial/',
    transactions: 'https://valkey.io/topics/transactions/',
  },
};
