/** Counts what people do, across processes. Each throws an `ApiError` TOO_MANY_REQUESTS for one too many. */
export interface Limits {
  countRequest(request: { userId: string | null; headers: Headers; address: string }): Promise<void>;
  countSend(userId: string): Promise<void>;
  /** Holds one of the person's streams until the returned function is called. */
  openStream(userId: string): () => void;
}
