import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import { brotliDecompressSync } from 'node:zlib';
import { inPackage } from './files';

/** LibreChat's parser and schema of `librechat.yaml`, bundled and compressed by `tools/bundle-config-checker.ts`. */
export const CONFIG_CHECKER = 'assets/config-checker.js.br';

/** A reason why LibreChat would not start. */
export interface ConfigIssue {
  readonly path: Array<string | number>;
  readonly message: string;
}

export interface ConfigChecker {
  /** Throws the error of js-yaml. */
  parse(text: string): unknown;
  check(config: unknown, variables: Record<string, string>): ConfigIssue[];
}

let loaded: ConfigChecker | undefined;

/** Loaded on demand, which takes some 30 ms. */
export function configChecker(): ConfigChecker {
  return loaded ??= load();
}

function load(): ConfigChecker {
  const filename = inPackage(CONFIG_CHECKER);
  const code = brotliDecompressSync(readFileSync(filename)).toString();
  const module = { exports: {} as ConfigChecker };
  compileFunction(code, ['module', 'exports', 'require'], { filename })(module, module.exports, createRequire(filename));
  return module.exports;
}
