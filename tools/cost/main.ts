import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { costOf, totalOf } from './cost-of';
import { COST_FORMS, templateOfForm } from './forms';
import { type Options, parseOptions, USAGE, UsageError } from './options';
import { PRICE_LIST } from './prices';
import { withTable } from './readme-table';
import { report } from './report';
import type { Template } from '../template';

const README = join(__dirname, '../../README.md');

/** Exit codes: 0 as asked, 1 something in the template has no price, 2 the command line was not understood. */
function main(args: string[]): number {
  let options: Options;
  try {
    options = parseOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  try {
    process.stdout.write(answer(options));
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

function answer({ help, json, readme, form, template: file, usage }: Options): string {
  if (help) return USAGE;
  if (readme) {
    writeFileSync(README, withTable(readFileSync(README, 'utf8')));
    return '';
  }
  const template = file ? read(file) : templateOfForm(form);
  const lines = costOf(template, usage);
  if (json) return `${JSON.stringify({ region: PRICE_LIST.region, usage, lines, ...totalOf(lines) }, undefined, 1)}\n`;
  return report(file ?? COST_FORMS[form].title, lines, usage);
}

function read(file: string): Template {
  const refusal = `--template must be a CloudFormation template in JSON, got: ${file}`;
  const template = parse(readFileSync(file, 'utf8'), refusal);
  if (typeof template?.Resources !== 'object') throw new Error(refusal);
  return template;
}

function parse(text: string, refusal: string) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(refusal);
  }
}

process.exitCode = main(process.argv.slice(2));
