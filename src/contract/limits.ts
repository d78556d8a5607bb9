/** Maximum timeout of a Lambda function, and of an API Gateway integration that streams, in seconds. */
export const LONGEST_REQUEST_SECONDS = 900;

/** Maximum size of an upload in MB: Lambda's payload limit of 6 MB, less the overhead of base64 and of the rest of the event. */
export const LARGEST_UPLOAD_MB = 4;
