/** Header by which `proxy.ts` tells the pages their own address: Next's layouts cannot know it. */
export const ASKED_PATH = "x-nova-asked-path";
