export interface Mailer {
  sendPasswordReset(to: string, url: string): Promise<void>;
}
