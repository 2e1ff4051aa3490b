/**
 * Every limit of the product, once. The browser, the API and the database's CHECKs read them from here.
 * Lengths of text are in Unicode code points.
 */
export const limits = {
  /** What a person sends. */
  messageLength: 10_000,
  /** An answer; also one tool call's result, as JSON. */
  answerLength: 200_000,
  titleLength: 200,
  taskTitleLength: 500,
  taskDescriptionLength: 5_000,
  tasksPerPerson: 2_000,
  nameLength: 100,
  passwordMinLength: 8,
  passwordMaxLength: 128,
  searchLength: 200,
  /** The last place that a conversation can have for a message: PostgreSQL's largest integer. */
  position: 2_147_483_647,
  conversationPage: { default: 30, max: 100 },
  messagePage: { default: 50, max: 200 },
  searchPage: { default: 20, max: 50 },
  /** Tool calls of one message; a program may store its own. */
  toolCallsPerMessage: 100,
  /** Lists and objects within each other in a tool call's arguments or result. */
  jsonDepth: 100,
  /** The most bytes of a request's body; an import has its own limit. */
  bodyBytes: 1_048_576,
  /** The most bytes of the same body where all that is not ASCII is escaped: 12 for a character of 4, 6 for one of 2. */
  escapedBodyBytes: 3_145_728,
  importBytes: 268_435_456,
  /**
   * The most UTF-16 code units of one piece of an import's JSON: a tool call, a task, a field. The longest that is valid is a
   * tool call of two times `answerLength`, each character of it escaped as a surrogate pair of 12.
   */
  importPieceLength: 5_242_880,
  /** The most characters of one event that a model's server streams; an answer comes in many. */
  modelEventLength: 4_000_000,
  /** What an import may say of when something was: later ones have no ISO text of four digits for the year. */
  earliestTime: "1970-01-01T00:00:00.000Z",
  latestTime: "9999-12-31T23:59:59.999Z",
  /** Days without use after which a guest and all that is theirs is removed. */
  guestDays: 30,
} as const;
