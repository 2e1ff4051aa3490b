declare module "pg/lib/utils.js" {
  const utils: {
    /** A value of a statement as PostgreSQL reads it. */
    prepareValue(value: unknown): string | Buffer | null;
  };
  export default utils;
}
