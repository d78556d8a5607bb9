/** `NAME=value`, as LibreChat's `dotenv` accepts it: `export` in front, or a colon and a space instead of the equals sign. */
const ASSIGNMENT = /^\s*(?:export\s+)?(?<name>[\w.-]+)\s*(?:=|:\s)\s*(?<rest>.*)$/;

/**
 * Variables of a `.env` file, as LibreChat reads it. Values may be quoted, then they may span lines. A `#` begins a comment, except in
 * quotes. The last value of a name counts.
 *
 * @see https://github.com/motdotla/dotenv
 */
export function parseDotenv(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n?|\n/);
  for (let i = 0; i < lines.length; i++) {
    const { name, rest } = ASSIGNMENT.exec(lines[i])?.groups ?? {};
    if (name === undefined) continue;
    const quoted = readQuoted([rest, ...lines.slice(i + 1)]);
    variables[name] = quoted?.value ?? readUnquoted(rest);
    i += quoted?.furtherLines ?? 0;
  }
  return variables;
}

/** The quoted value that the first line begins with. Undefined if anything but a comment follows it. */
function readQuoted(lines: string[]): { value: string; furtherLines: number } | undefined {
  const quote = /^['"`]/.exec(lines[0])?.[0];
  if (quote === undefined) return undefined;
  const text = lines.join('\n');
  let end = text.indexOf(quote, 1);
  while (end > 0 && text[end - 1] === '\\') end = text.indexOf(quote, end + 1);
  if (end < 0 || !/^[^\S\n]*(#.*)?(\n|$)/.test(text.slice(end + 1))) return undefined;
  const value = text.slice(1, end);
  return { value: unescape(value, quote), furtherLines: value.split('\n').length - 1 };
}

/** The value up to a comment. Quotation marks around it do not belong to it, even if there are others in it. */
function readUnquoted(line: string): string {
  const text = line.split('#')[0].trim();
  const { quote, value } = /^(?<quote>['"`])(?<value>.*)\k<quote>$/.exec(text)?.groups ?? {};
  return quote === undefined ? text : unescape(value, quote);
}

function unescape(value: string, quote: string): string {
  return quote === '"' ? value.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : value;
}
