// The API key of this reader, where the service wants one.
//
// It is in localStorage, so that it is entered once and not in every tab: no script but ours runs
// on this origin (Content-Security-Policy), and "Forget key" takes it away.

const NAME = "imgferry-key";

export const readKey = () => localStorage.getItem(NAME);
export const saveKey = (key) => localStorage.setItem(NAME, key);
export const forgetKey = () => localStorage.removeItem(NAME);
