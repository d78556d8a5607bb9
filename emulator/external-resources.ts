import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { lookup } from 'mrmime';
import type { Cloud } from './core/cloud';
import { EmulatorError } from './core/errors';
import { Bucket } from './services/s3/s3-store';

/** Makes a secret or a parameter known that exists outside of the stack. */
export function bringSecret(cloud: Cloud, nameOrArn: string, value: string): void {
  const parameter = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter(\/.*)$/.exec(nameOrArn)?.[1];
  if (parameter !== undefined) {
    // An ARN cannot tell `/name` from `name`.
    cloud.parameters.set(parameter, value);
    cloud.parameters.set(parameter.slice(1), value);
    return;
  }
  if (!nameOrArn.startsWith('arn:')) cloud.parameters.set(nameOrArn, value);
  cloud.secrets.import(nameOrArn, value);
}

/** Makes a bucket known that exists outside of the stack, with the files of a folder as its objects. */
export function bringBucket(cloud: Cloud, name: string, folder: string): void {
  const bucket = new Bucket(name);
  cloud.buckets.set(name, bucket);
  if (!folder) return;
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new EmulatorError('OPTION_INVALID', `\`buckets\` must name folders, got: ${folder} for ${name}`);
  }
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const type = lookup(entry.name) ?? 'binary/octet-stream';
    bucket.put(relative(folder, file).split(sep).join(posix.sep), readFileSync(file), { 'content-type': type });
  }
}
