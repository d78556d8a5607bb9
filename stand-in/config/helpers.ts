import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

const COLOURS = { orange: 33, green: 32, red: 31, purple: 35, yellow: 33 } as const;

/** Prints as LibreChat's scripts do: to standard output, with colours even if it is not a terminal. */
export function print(colour: keyof typeof COLOURS, text: string): void {
  console.log(`\x1b[${COLOURS[colour]}m%s\x1b[0m`, text);
}

/** Prompts for a line of standard input. At the end of the input, the script ends with exit code 0, as LibreChat's do. */
export function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((resolve) => lines.question(`\x1b[36m${question}\n> \x1b[0m`, (answer) => {
    lines.close();
    resolve(answer);
  }));
}

/** As `ask`, without echo in a terminal. */
export function askSilently(question: string): Promise<string> {
  const silent = Object.assign(new Writable({ write: (_chunk, _encoding, done) => done() }), { isTTY: process.stdout.isTTY });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY });
  process.stdout.write(question);
  return new Promise((resolve) => lines.question('', (answer) => {
    process.stdout.write('\n');
    lines.close();
    resolve(answer);
  }));
}
