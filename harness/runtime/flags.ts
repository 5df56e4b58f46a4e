/**
 * What a Node.js process that makes simulations is started with. The space for young objects, MB: a simulation makes
 * millions of them that live for a few steps only, and with V8's usual 16 it spends an eighth of its time on moving
 * those. Only the command line can say so, as `bin/alibi.js` does in its first line.
 */
export const SIMULATION_FLAGS: readonly string[] = ['--max-semi-space-size=32'];
