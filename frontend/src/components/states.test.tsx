// @vitest-environment jsdom
import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { Resource } from "@/lib/api/hooks";
import { ApiError } from "@/lib/api/read-body";
import { renderIn } from "@/lib/i18n/render-in";
import { ResourceView } from "./states";

afterEach(cleanup);

function show(state: { data?: string; error?: ApiError }) {
  const mutate = vi.fn();
  const resource = {
    data: state.data,
    error: state.error,
    mutate,
    isLoading: false,
    isValidating: false,
  } as Resource<string>;
  renderIn(
    "pt-BR",
    <ResourceView resource={resource} skeleton={<p>skeleton</p>}>
      {(text) => <p>{text}</p>}
    </ResourceView>,
  );
  return mutate;
}

test("until the first answer its place is held", () => {
  show({});
  expect(screen.getByText("skeleton")).toBeDefined();
});

test("an error says what the API said, names the request and can be tried again", () => {
  const mutate = show({ error: new ApiError(400, "Unknown parameter: colour", "r-7") });
  expect(screen.getByRole("alert").textContent).toContain("Unknown parameter: colour");
  expect(screen.getByRole("alert").textContent).toContain("Pedido r-7");
  fireEvent.click(screen.getByRole("button", { name: "Tentar de novo" }));
  expect(mutate).toHaveBeenCalledOnce();
});

test("a service that did not answer is told in the reader's words", () => {
  show({ error: new ApiError(502, "The page's server could not reach the API.") });
  expect(screen.getByRole("alert").textContent).toContain("O serviço de dados não respondeu.");
});

test("what the reader's role may not see is told without an alarm", () => {
  show({ error: new ApiError(403, "This needs the permission read_audit") });
  expect(screen.getByText("Sua conta não tem permissão para ver isto.")).toBeDefined();
  expect(screen.queryByRole("alert")).toBeNull();
});

test("an answer once shown stays when a refresh fails", () => {
  show({ data: "yesterday's answer", error: new ApiError(502, "down") });
  expect(screen.getByText("yesterday's answer")).toBeDefined();
  expect(screen.queryByRole("alert")).toBeNull();
});
