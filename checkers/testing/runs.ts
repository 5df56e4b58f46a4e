/** How many cases a fuzzing test takes; mutation testing asks for a share of them, since it runs every test often. */
export function fuzzRuns(cases: number): number {
  return Math.ceil(cases * Number(process.env['ALIBI_FUZZ_SHARE'] ?? 1));
}
