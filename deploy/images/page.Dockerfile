# The page: the standalone server that its build makes, without node_modules of the build.
FROM node:20-bookworm-slim AS build
WORKDIR /opt/nova/frontend
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
ENV NEXT_TELEMETRY_DISABLED=1
RUN npm run build

FROM node:20-bookworm-slim
WORKDIR /opt/nova/page
COPY --from=build /opt/nova/frontend/.next/standalone ./
USER 1000:1000
CMD ["node", "server.js"]
