/** The fakes for tests: models that follow a script, and a server that speaks the providers' protocols. */
export { type FakeProvider, startFakeProvider } from "./testing/fake-provider.ts";
export {
  createScriptedAssistant,
  type Line,
  type ScriptedAssistantOptions,
  scriptedModel,
} from "./testing/scripted.ts";
export { converse, type FinishedTurn, finishTurn, toolBoxOf } from "./testing/turns.ts";
