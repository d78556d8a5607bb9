import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EDGE, EDGE_REGION_VARIANTS, EUROPE, VARIANTS, stackIn } from '../fixtures/variants';

/** Writes the templates of all forms into a folder, one below it for each region, for cfn-lint to read. */
function main([folder]: string[]) {
  if (!folder) {
    console.error('usage: tsx tools/synth-forms.ts <folder>');
    process.exit(2);
  }
  write(folder, EDGE, { ...VARIANTS, ...EDGE_REGION_VARIANTS });
  write(folder, EUROPE, VARIANTS);
}

function write(folder: string, env: Environment, forms: Record<string, (stack: Stack) => unknown>) {
  const target = join(folder, env.region!);
  mkdirSync(target, { recursive: true });
  for (const [name, form] of Object.entries(forms)) {
    const stack = stackIn(env);
    form(stack);
    writeFileSync(join(target, `${name}.template.json`), JSON.stringify(Template.fromStack(stack).toJSON(), undefined, 1));
  }
}

// projen hands on the dashes that end its own options.
main(process.argv.slice(2).filter((argument) => argument !== '--'));
