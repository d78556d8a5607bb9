/** Words of the language of CloudWatch Logs Insights. */
const LANGUAGE = [
  'filter', 'fields', 'stats', 'sort', 'limit', 'parse', 'display', 'by', 'as', 'and', 'or', 'not', 'in', 'like', 'asc', 'desc',
  'count', 'avg', 'sum', 'min', 'max', 'pct', 'bin', 'ispresent', 'strcontains', 'count_distinct',
];

/** Fields that Logs Insights adds to each line. */
const DISCOVERED = ['@timestamp', '@message', '@logStream', '@type', '@billedDuration', '@duration', '@initDuration', '@maxMemoryUsed', '@memorySize', '@requestId'];

/** The parts of a query that can be compared with the code that writes the lines. */
export interface Query {
  readonly fields: string[];
  readonly events: string[];
}

export function isQuery(code: string): boolean {
  return /^(?:filter|fields|stats) /.test(code);
}

export function readQuery(code: string): Query {
  const events = [...code.matchAll(/\bevent (?:=|in) ("[^"]*"|\[[^\]]*\])/g)].flatMap(([, texts]) => texts.match(/[\w-]+/g) ?? []);
  const bare = code.replace(/"[^"]*"/g, '').replace(/\/(?:\\\/|[^/\n])+\/(?= |$)/gm, '').replace(/\b\d\w*/g, '');
  const aliases = [...bare.matchAll(/\bas (\w+)/g)].map(([, name]) => name);
  const known = [...LANGUAGE, ...DISCOVERED, ...aliases];
  return { events, fields: [...new Set(bare.match(/@?[A-Za-z_][\w.]*/g))].filter((word) => !known.includes(word)) };
}
