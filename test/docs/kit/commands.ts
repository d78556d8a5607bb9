import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf, codeIn, ROOT, type Page } from './pages';

/** A command of a page: its words, without quotes. */
export interface Command {
  readonly at: string;
  readonly words: readonly string[];
}

interface Task {
  readonly steps?: ReadonlyArray<{ exec?: string }>;
}

const TASKS = (JSON.parse(readFileSync(join(ROOT, '.projen/tasks.json'), 'utf8')) as { tasks: Record<string, Task> }).tasks;
const CDK = ['bootstrap', 'deploy', 'destroy', 'diff', 'import', 'list', 'rollback', 'synth'];
const NPM = ['ci', 'init', 'install'];
/** Scripts of LibreChat's own package. */
const LIBRECHAT_SCRIPTS = ['create-user'];

/** Further programs. A page that uses one installs it or lists it as a prerequisite. */
const PROGRAMS = ['aws', 'bash', 'cd', 'curl', 'dig', 'docker', 'git', 'go', 'mkdir', 'mongodump', 'mongorestore', 'mvn', 'npm', 'npx', 'pip', 'dotnet'];

const SHELLS = ['sh', 'bash', 'shell'];

/** The commands of a shell script. Loops and here documents are not supported. */
export function commandsIn(script: string, at = ''): Command[] {
  return script.replace(/\\\n/g, ' ').split('\n').flatMap((line) => {
    const commands: string[][] = [[]];
    // Includes command substitutions in assignments.
    for (const [word] of line.replace(/^[A-Z_]+=\$\((.*)\)$/, '$1').matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)) {
      if (word.startsWith('#')) break;
      if (['&&', '||', '|', ';'].includes(word)) commands.push([]);
      else commands.at(-1)!.push(word.replace(/["']/g, ''));
    }
    return commands.map((words) => words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word))))
      .filter((words) => words.length > 0)
      .map((words) => ({ at, words }));
  });
}

export function scriptsOf(page: Page): Command[] {
  return blocksOf(page)
    .filter(({ language, code }) => SHELLS.includes(language) || (language === '' && /^(?:npx|aws) /.test(code)))
    .flatMap(({ code, line }) => commandsIn(code, `${page.path}:${line}`));
}

/** Inline commands that begin with a program that runs others. */
export function mentionsIn(page: Page): Command[] {
  return codeIn(page).filter(({ code }) => /^(?:npx|npm|bash) /.test(code)).flatMap(({ code, line }) => commandsIn(code, `${page.path}:${line}`));
}

/** The problem of a command. Undefined if it can be run. */
export function mistakeIn({ words: [program, first, ...rest] }: Command): string | undefined {
  if (!PROGRAMS.includes(program)) return `${program} is not a known program`;
  if (program === 'bash') return existsSync(join(ROOT, first)) ? undefined : `there is no ${first}`;
  if (program === 'npm') return NPM.includes(first) || LIBRECHAT_SCRIPTS.includes(rest[0]) ? undefined : `npm has no ${first} here`;
  if (program !== 'npx') return undefined;
  switch (first) {
    case 'cdk': return CDK.includes(rest[0]) ? undefined : `cdk has no ${rest[0]}`;
    case 'jest': return existsSync(join(ROOT, rest[0])) ? undefined : `there is no ${rest[0]}`;
    case 'projen': return mistakeInTask(rest);
    default: return `${first} is not a known package`;
  }
}

function mistakeInTask([task = 'default', dashes, ...args]: string[]): string | undefined {
  if (!TASKS[task]) return `there is no task ${task}`;
  if (dashes?.startsWith('--') && dashes !== '--') return 'options of a task come after --';
  const unknown = args.filter((word) => word.startsWith('--')).find((option) => !optionsOf(task).includes(option.split('=')[0]));
  return unknown && `${task} has no option ${unknown}`;
}

const options = new Map<string, string[]>();

/** The options in the usage of a task's program. */
function optionsOf(task: string): string[] {
  const known = options.get(task);
  if (known) return known;
  const [, ...words] = TASKS[task].steps!.at(-1)!.exec!.split(' ');
  const help = execFileSync(process.execPath, [join(ROOT, 'node_modules/tsx/dist/cli.mjs'), ...words, '--help'], { cwd: ROOT, encoding: 'utf8' });
  options.set(task, help.match(/--[a-z][a-z-]*/g) ?? []);
  return options.get(task)!;
}
