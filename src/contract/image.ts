/** Folder below the root of the package that is the Docker build context. */
export const IMAGE_FOLDER = 'assets/image';

/** Build argument of the Dockerfile: the base image with its tag or digest. */
export const BASE_IMAGE_ARGUMENT = 'LIBRECHAT_IMAGE';

/** First argument of the image's entry point: the program that a function runs. */
export const COMMAND = {
  /** Serves LibreChat to relays. */
  serve: 'serve',
  /** Publishes `client/dist` to a bucket, as a CloudFormation custom resource. */
  publish: 'publish',
  /** Checks a deployment before it serves, as a CloudFormation custom resource, and runs LibreChat's scripts for operators. */
  maintain: 'maintain',
} as const;
