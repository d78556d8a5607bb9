import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import * as lambda from 'aws-cdk-lib/aws-lambda';

/** An image that Lambda can run. */
export interface LambdaImage {
  readonly repository: IRepository;
  readonly tagOrDigest: string;
  readonly uri: string;
  readonly architecture: lambda.Architecture;
}

/** The image, run with one of the contract's commands. */
export function codeOf(image: LambdaImage, command: string): lambda.DockerImageCode {
  return lambda.DockerImageCode.fromEcr(image.repository, { tagOrDigest: image.tagOrDigest, cmd: [command] });
}
