import { existsSync, readFileSync } from 'node:fs';
import type { FileAsset } from './assembly';
import type { Cloud } from '../core/cloud';
import { EmulatorError } from '../core/errors';
import { zipFolder } from '../core/zip';
import { Bucket } from '../services/s3/s3-store';

/** Puts the file assets where `cdk deploy` would put them. An archive is made when somebody first asks for it: few are ever read here. */
export function publishFiles(cloud: Cloud, files: readonly FileAsset[]): void {
  const resolve = (text: string) => text
    .replaceAll('${AWS::AccountId}', cloud.account).replaceAll('${AWS::Region}', cloud.region).replaceAll('${AWS::Partition}', cloud.partition);
  for (const { path, packaging, destinations } of files) {
    for (const { bucketName, objectKey } of destinations) {
      const name = resolve(bucketName);
      const bucket = cloud.buckets.get(name) ?? new Bucket(name);
      cloud.buckets.set(name, bucket);
      if (packaging === 'zip') bucket.putLater(resolve(objectKey), () => zipped(path));
      else bucket.put(resolve(objectKey), readFileSync(path));
    }
  }
}

function zipped(folder: string): Buffer {
  if (existsSync(folder)) return zipFolder(folder);
  throw new EmulatorError('ASSEMBLY_UNREADABLE', `\`assembly\` must hold the files of its assets, got: ${folder}`);
}
