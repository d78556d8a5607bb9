import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { lookup } from 'mrmime';
import { EmulatorError } from './core/errors';
import type { S3Service } from './services/s3/s3-service';
import type { Services } from './services/services';

/** Imports a secret or parameter that exists outside of the stack. */
export function importSecret({ ssm, secretsManager }: Services, nameOrArn: string, value: string): void {
  const parameter = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter(\/.*)$/.exec(nameOrArn)?.[1];
  if (parameter !== undefined) {
    // ARNs of `/name` and `name` are the same.
    ssm.parameters.set(parameter, value);
    ssm.parameters.set(parameter.slice(1), value);
    return;
  }
  if (!nameOrArn.startsWith('arn:')) ssm.parameters.set(nameOrArn, value);
  secretsManager.import(nameOrArn, value);
}

/** Imports a bucket that exists outside of the stack, with the files of a folder as its objects. */
export function importBucket(s3: S3Service, name: string, folder: string): void {
  const bucket = s3.bucket(name);
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
