import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** A prompt of a script, and the input for it. */
export type Answer = readonly [question: RegExp, answer: string];

export interface Script {
  /** Name of a file of LibreChat's `config`, without its extension. */
  readonly name: string;
  /** JavaScript that is run instead of such a file. */
  readonly program?: string;
  readonly arguments?: readonly string[];
  readonly answers?: readonly Answer[];
}

export interface ScriptResult {
  readonly exitCode: number;
  readonly output: readonly string[];
}

/**
 * Runs one of LibreChat's own scripts. Inputs are written to its prompts, and are not arguments, which other processes can read.
 *
 * @param environment the variables of LibreChat
 * @param idleMs a script without output for this time is ended, since it waits for input
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
    // A terminal would echo the line break.
    output += '\n';
    child.stdin.write(`${answer}\n`);
  };
  const timer = setTimeout(() => {
    output += `\nThe script was ended, because it had no output for ${Math.round(idleMs / 1000)} s`;
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

/** A log line of LibreChat, such as its whole configuration. It may follow a prompt, which has no line break. */
const LOG_LINE = /\{.*"level":".*\}$/;

/** Without colors, and without log lines. */
function linesOf(output: string): string[] {
  return stripVTControlCharacters(output).split('\n').map((line) => line.replace(LOG_LINE, '').trimEnd()).filter((line) => line && line !== '>');
}
