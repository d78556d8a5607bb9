/** The folder below the package's root that is the Docker build context. */
export const IMAGE_FOLDER = 'assets/image';

/** Build argument of the Dockerfile: the base image with its tag or digest. */
export const BASE_IMAGE_ARGUMENT = 'LIBRECHAT_IMAGE';

/** First argument of the image's entry point: what this function does. */
export const COMMAND = {
  /** Serves LibreChat to API Gateway. */
  serve: 'serve',
  /** Serves the requests that relays put into Redis. */
  work: 'work',
  /** Publishes `client/dist` to a bucket, as a CloudFormation custom resource. */
  publish: 'publish',
} as const;
