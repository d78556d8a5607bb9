import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** A question of a script, and what to answer. */
export type Answer = readonly [question: RegExp, answer: string];

export interface Script {
  /** Name of a file of LibreChat's `config`, without its extension. */
  readonly name: string;
  /** A program that runs in place of such a file. */
  readonly program?: string;
  readonly arguments?: readonly string[];
  readonly answers?: readonly Answer[];
}

export interface ScriptResult {
  readonly exitCode: number;
  readonly output: readonly string[];
}

/**
 * Runs one of LibreChat's own scripts. It is given the answers one after another as it asks, never as arguments, which other processes can see.
 *
 * @param environment the variables of LibreChat
 * @param idleMs a script that says nothing for so long waits for something
 */
export function runScript(script: Script, environment: Record<string, string>, idleMs: number): Promise<ScriptResult> {
  const { name, program, arguments: args = [], answers = [] } = script;
  const directory = join(process.cwd(), '..');
  const run = program === undefined ? [join(directory, 'config', `${name}.js`)] : ['-e', program];
  const child = spawn(process.execPath, [...run, ...args], { cwd: directory, env: { ...environment, CONSOLE_JSON: 'true' }, stdio: 'pipe' });
  const unasked = [...answers];
  let output = '';
  let unanswered = '';
  const note = (text: string) => {
    output += text;
    unanswered += text;
    timer.refresh();
    const next = unasked.findIndex(([question]) => question.test(unanswered));
    if (next < 0) return;
    const [[, answer]] = unasked.splice(next, 1);
    unanswered = '';
    // A terminal shows the end of the line that is entered.
    output += '\n';
    child.stdin.write(`${answer}\n`);
  };
  const timer = setTimeout(() => {
    output += `\nThe script was ended, because it did nothing for ${Math.round(idleMs / 1000)} s`;
    child.kill('SIGKILL');
  }, idleMs);
  child.stdin.on('error', () => undefined);
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', note);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ exitCode: code ?? 1, output: linesOf(output) });
    });
  });
}

/** What LibreChat logs, such as its whole configuration. It may follow a question, which has no end of line. */
const LOG_LINE = /\{.*"level":".*\}$/;

/** Without colors, and without log lines. */
function linesOf(output: string): string[] {
  return stripVTControlCharacters(output).split('\n').map((line) => line.replace(LOG_LINE, '').trimEnd()).filter((line) => line && line !== '>');
}
