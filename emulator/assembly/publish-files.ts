import { existsSync, readFileSync } from 'node:fs';
import type { FileAsset } from './assembly';
import type { Cloud } from '../core/cloud';
import { EmulatorError } from '../core/errors';
import { zipFolder } from '../core/zip';
import type { S3Service } from '../services/s3/s3-service';

/** Publishes file assets as `cdk deploy` does. Archives are created on first read, because the stack reads few of them. */
export function publishFiles(cloud: Cloud, s3: S3Service, files: readonly FileAsset[]): void {
  const resolve = (text: string) => text
    .replaceAll('${AWS::AccountId}', cloud.account).replaceAll('${AWS::Region}', cloud.region).replaceAll('${AWS::Partition}', cloud.partition);
  for (const { path, packaging, destinations } of files) {
    for (const { bucketName, objectKey } of destinations) {
      const bucket = s3.bucket(resolve(bucketName));
      if (packaging === 'zip') bucket.putLater(resolve(objectKey), () => zipped(path));
      else bucket.put(resolve(objectKey), readFileSync(path));
    }
  }
}

function zipped(folder: string): Buffer {
  if (existsSync(folder)) return zipFolder(folder);
  throw new EmulatorError('ASSEMBLY_UNREADABLE', `\`assembly\` must contain the files of its assets, got: ${folder}`);
}
