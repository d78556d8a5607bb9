/** CloudFormation type of the resource that publishes the client from the image. */
export const FRONTEND_RESOURCE_TYPE = 'Custom::LibreChatFrontend';

/** Properties of that resource. */
export const FRONTEND_PROPERTIES = {
  /** Name of the bucket that the client goes to. */
  bucket: 'Bucket',
  /** Changes whenever the image does, so that CloudFormation sends an update. */
  image: 'Image',
} as const;
