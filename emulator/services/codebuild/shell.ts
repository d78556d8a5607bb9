/** Expands `$NAME`, `${NAME}` and `${NAME%%/*}`; unset variables are empty. */
export function expand(command: string, variables: Readonly<Record<string, string>>): string {
  return command.replace(/\$(?:(\w+)|\{(\w+)(%%\/\*)?\})/g, (_, plain: string | undefined, braced: string | undefined, shortened?: string) => {
    const value = variables[plain ?? braced ?? ''] ?? '';
    return shortened ? value.replace(/\/.*$/s, '') : value;
  });
}

/**
 * Parses a command line: alternatives, which run until one succeeds (`||`), each a list of commands that must all succeed (`&&`), each a list
 * of words.
 */
export function partsOf(command: string): string[][][] {
  return splitOutsideQuotes(command, /^\|\|/).map((alternative) => splitOutsideQuotes(alternative, /^(?:&&|[|;\n])/).map(wordsOf));
}

function splitOutsideQuotes(text: string, separator: RegExp): string[] {
  const parts = [''];
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const cut = separator.exec(rest)?.[0];
    const taken = cut ?? /^(?:"[^"]*"|'[^']*'|\|\||[^])/.exec(rest)![0];
    if (cut === undefined) parts[parts.length - 1] += taken;
    else parts.push('');
    at += taken.length;
  }
  return parts;
}

function wordsOf(command: string): string[] {
  const words = command.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2')).filter((word) => word !== '{' && word !== '}');
}
