"use client";

import { createContext } from "react";

/** Whether an answer is due or running in the conversation: nothing else can be asked meanwhile. */
export const Answering = createContext(false);
