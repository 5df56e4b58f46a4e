// What must not leave the machine with a bug report.

const HIDDEN = '[removed]';

const RULES: readonly (readonly [RegExp, string])[] = [
  // PEM blocks, whole; within JSON their line ends are two characters.
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN],
  // scheme://user:password@host
  [/([a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*):[^\s/@"']+@/gi, `$1:${HIDDEN}@`],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/g, `$1 ${HIDDEN}`],
  // Tokens that are known by their beginnings: GitHub, GitLab, AWS, Slack, npm, JWT.
  [
    /\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|AKIA[A-Z0-9]{16}|xox[abprs]-[\w-]{10,}|npm_[A-Za-z0-9]{30,})/g,
    HIDDEN,
  ],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, HIDDEN],
  // SQL: PASSWORD '…', IDENTIFIED BY '…', SOURCE_PASSWORD = '…'
  [/(PASSWORD|IDENTIFIED\s+BY)(\s*=?\s*)'(?:[^'\\]|\\.|'')*'/gi, `$1$2'${HIDDEN}'`],
  // Redis: requirepass secret, masterauth secret, AUTH secret
  [/\b(requirepass|masterauth|auth-pass)(\s+)\S+/gi, `$1$2${HIDDEN}`],
  // name=value, name: value, "name": "value", --name value
  [
    /(["']?[\w.-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|credentials?)["']?\s*[=:]\s*)(?!["']?\[removed\])("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&}"']+)/gi,
    `$1"${HIDDEN}"`,
  ],
  [/(--[\w-]*(?:password|secret|token)[\w-]*\s+)(?!\[removed\])[^\s"']+/gi, `$1${HIDDEN}`],
];

/** What of this machine is nobody's business: each is replaced by a word. */
export interface Local {
  readonly home: string;
  readonly host: string;
  readonly user: string;
}

/** A text without secrets, and without the names of this machine and its user. */
export function scrub(text: string, { home, host, user }: Local): string {
  let clean = RULES.reduce((rest, [pattern, put]) => rest.replace(pattern, put), text);
  if (home.length > 1) clean = clean.replaceAll(home, '~');
  if (host.length > 4 && !WORDS.test(host)) clean = clean.replaceAll(whole(host), 'host');
  // Only where a name stands: a user may be called as a database is.
  return clean.replaceAll(new RegExp(`(/|\\buser[ ="']+)${escaped(user)}\\b`, 'g'), '$1user');
}

/** Words of reports that a machine may be called by: replacing those would spoil the report and hide nothing. */
const WORDS = /^(localhost|alibi|reference|postgres(ql)?|mysql|mariadb|redis|valkey|etcd|history|runner)$/;

const escaped = (text: string): string => text.replace(/[^\w]/g, '\\$&');
const whole = (text: string): RegExp => new RegExp(`(?<![\\w.-])${escaped(text)}(?![\\w-])`, 'g');
