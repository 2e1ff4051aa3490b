export { setup, teardown } from "@holdfast/db/testing";
