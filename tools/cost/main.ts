import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { costOf, totalOf, unpricedTypes } from './cost-of';
import { relaysOf } from './functions';
import { type Options, parseOptions, USAGE } from './options';
import { PRICE_LIST } from './prices';
import { withTable } from './readme-table';
import { report } from './report';
import { COST_VARIANTS, templateOfVariant } from './variants';
import { CommandError, runCommand } from '../../cli/command';
import type { Template } from '../template';

const README = join(__dirname, '../../README.md');

function run(options: Options): number {
  process.stdout.write(outputOf(options));
  return 0;
}

function outputOf({ json, readme, variant, template: file, usage }: Options): string {
  if (readme) {
    writeFileSync(README, withTable(readFileSync(README, 'utf8')));
    return '';
  }
  const template = file ? read(file) : templateOfVariant(variant);
  const lines = costOf(template, usage);
  const unpriced = unpricedTypes(template);
  if (json) return `${JSON.stringify({ region: PRICE_LIST.region, usage, lines, ...totalOf(lines), unpriced }, undefined, 1)}\n`;
  return report({ title: file ?? COST_VARIANTS[variant].title, lines, usage, unpriced, relay: relaysOf(template).length > 0 });
}

function read(file: string): Template {
  const refusal = `--template must be a CloudFormation template in JSON, got: ${file}`;
  const template = parse(readFileSync(file, 'utf8'), refusal);
  if (typeof template?.Resources !== 'object') throw new CommandError(refusal);
  return template;
}

function parse(text: string, refusal: string) {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(refusal);
  }
}

void runCommand({ usage: USAGE, failure: 'the template cannot be read', read: parseOptions, run });
