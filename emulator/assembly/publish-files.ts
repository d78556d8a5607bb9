import { readFileSync } from 'node:fs';
import { Bucket } from '../aws/s3-store';
import type { Cloud } from '../cloud';
import type { FileAsset } from './assembly';

/** Puts the file assets where `cdk deploy` would put them; archives are left out, since nothing that runs here reads one. */
export function publishFiles(cloud: Cloud, files: readonly FileAsset[]): void {
  const resolve = (text: string) => text
    .replaceAll('${AWS::AccountId}', cloud.account).replaceAll('${AWS::Region}', cloud.region).replaceAll('${AWS::Partition}', cloud.partition);
  for (const { path, packaging, destinations } of files) {
    if (packaging !== 'file') continue;
    for (const { bucketName, objectKey } of destinations) {
      const name = resolve(bucketName);
      const bucket = cloud.buckets.get(name) ?? new Bucket(name);
      cloud.buckets.set(name, bucket);
      bucket.put(resolve(objectKey), readFileSync(path));
    }
  }
}
