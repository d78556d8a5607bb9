/** CloudFormation type of the resource that publishes the client from the image. */
export const FRONTEND_RESOURCE_TYPE = 'Custom::LibreChatFrontend';

/** Properties of that resource. */
export const FRONTEND_PROPERTIES = {
  /** Name of the bucket for the client. */
  bucket: 'Bucket',
  /** Tag or digest of the image, so that CloudFormation updates the resource when the image changes. */
  image: 'Image',
} as const;
