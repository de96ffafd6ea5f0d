/**
 * What becomes of a request whose connection is lost before its answer. `sendAgain`: it has the same effect once or twice, and is sent again on the
 * next connection. `fail`: sending it again could do it twice, so it fails and says that it may have happened.
 */
export type AfterLoss = "sendAgain" | "fail";
