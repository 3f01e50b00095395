# The runtime as compose.yaml starts it. Its configuration and its data are mounted.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY bin bin
COPY src src
COPY test test
COPY bench bench
COPY deploy deploy
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/bin bin
COPY --from=build /app/build/src build/src
COPY --from=build /app/src/web/assets src/web/assets
# A named volume takes its owner from here at its first use.
RUN mkdir -p /data && chown node:node /data
USER node
ENTRYPOINT ["node", "bin/financelake.mjs"]
CMD ["run", "--config", "/config/financelake.yaml"]
