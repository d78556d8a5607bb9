import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parseArguments, runCommand, UsageError } from '../cli/command';
import { EDGE, EDGE_REGION_VARIANTS, EUROPE, VARIANTS, stackIn } from '../fixtures/variants';

const USAGE = `Synthesizes every variant of the construct, for cfn-lint.

Usage: npx projen variants <folder>

The templates are written to <folder>/<region>/.
`;

function parseOptions(args: string[]): string {
  const { positionals } = parseArguments(args, { allowPositionals: true });
  if (positionals.length !== 1) throw new UsageError(`specify exactly one <folder>, got: ${positionals.join(' ') || 'none'}`);
  return positionals[0];
}

function run(folder: string): number {
  write(folder, EDGE, { ...VARIANTS, ...EDGE_REGION_VARIANTS });
  write(folder, EUROPE, VARIANTS);
  return 0;
}

function write(folder: string, env: Environment, variants: Record<string, (stack: Stack) => unknown>) {
  const target = join(folder, env.region!);
  mkdirSync(target, { recursive: true });
  for (const [name, variant] of Object.entries(variants)) {
    const stack = stackIn(env);
    variant(stack);
    writeFileSync(join(target, `${name}.template.json`), JSON.stringify(Template.fromStack(stack).toJSON(), undefined, 1));
  }
}

void runCommand({ usage: USAGE, failure: 'a variant cannot be synthesized', read: parseOptions, run });
