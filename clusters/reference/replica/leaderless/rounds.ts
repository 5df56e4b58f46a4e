/** After so many beats an unanswered question is asked again; where quorums are sloppy, another node is asked. */
const AGAIN = 4;
const PATIENCE = 2;
/** After so many beats the round is over. */
const EXPIRY = 20;

/** One question to several nodes, of which enough have to answer. */
export interface Question<Answer> {
  readonly id: string;
  readonly need: number;
  readonly targets: readonly string[];
  /** Who is asked in the place of those that do not answer, in this order. */
  readonly substitutes: readonly string[];
  /** Sends it; `standsFor`: the target that a substitute is asked for. */
  readonly ask: (node: string, standsFor: string | null) => void;
  /** Enough have answered: once. */
  readonly enough: (answers: ReadonlyMap<string, Answer>) => void;
  /** Another answer, after enough. */
  readonly late: (answers: ReadonlyMap<string, Answer>) => void;
  /** Time is up, and not enough have answered. */
  readonly failed: (answered: number) => void;
}

interface Round<Answer> {
  readonly question: Question<Answer>;
  readonly answers: Map<string, Answer>;
  /** Messages that answered it: more than nodes, when a message is doubled or sent again. */
  messages: number;
  /** By target, who was asked in its place. */
  readonly substituted: Map<string, string>;
  age: number;
  done: boolean;
}

/**
 * The questions that a coordinator has open. Answers count by node: the same node's answer twice is one answer, which
 * the bug `quorum-counts-node-twice` forgets.
 */
export class Rounds<Answer> {
  readonly #byMessage: boolean;
  readonly #open = new Map<string, Round<Answer>>();

  constructor(byMessage: boolean) {
    this.#byMessage = byMessage;
  }

  get size(): number {
    return this.#open.size;
  }

  start(question: Question<Answer>): void {
    const round: Round<Answer> = {
      question,
      answers: new Map(),
      messages: 0,
      substituted: new Map(),
      age: 0,
      done: false,
    };
    this.#open.set(question.id, round);
    for (const node of question.targets) question.ask(node, null);
  }

  answer(id: string, from: string, answer: Answer): void {
    const round = this.#open.get(id);
    if (!round) return;
    const { question, answers } = round;
    const again = answers.has(from);
    round.messages += 1;
    answers.set(from, answer);
    const count = this.#byMessage ? round.messages : answers.size;
    if (round.done) {
      if (!again) question.late(answers);
    } else if (count >= question.need) {
      round.done = true;
      question.enough(answers);
    }
    if (round.done && this.#missing(round).length === 0) this.#open.delete(id);
  }

  beat(): void {
    for (const round of [...this.#open.values()]) {
      const { question } = round;
      round.age += 1;
      if (round.age === PATIENCE) this.#substitute(round);
      if (round.age % AGAIN === 0)
        for (const [node, standsFor] of this.#byMessage ? this.#asked(round) : this.#missing(round))
          question.ask(node, standsFor);
      if (round.age < EXPIRY) continue;
      this.#open.delete(question.id);
      if (!round.done) question.failed(round.answers.size);
    }
  }

  #substitute(round: Round<Answer>): void {
    const { question, answers, substituted } = round;
    const silent = question.targets.filter((node) => !answers.has(node));
    for (const [i, node] of question.substitutes.slice(0, silent.length).entries()) {
      substituted.set(silent[i], node);
      question.ask(node, silent[i]);
    }
  }

  /** Everyone who was asked, and for whom. */
  #asked({ question, substituted }: Round<Answer>): readonly (readonly [string, string | null])[] {
    const substitutes = [...substituted].map(([target, node]) => [node, target] as const);
    return [...question.targets.map((node) => [node, null] as const), ...substitutes];
  }

  /** Of those, who has not answered, and nobody for it. */
  #missing(round: Round<Answer>): readonly (readonly [string, string | null])[] {
    const { answers, substituted } = round;
    return this.#asked(round).filter(
      ([node]) => !answers.has(node) && !answers.has(substituted.get(node) ?? node),
    );
  }
}
