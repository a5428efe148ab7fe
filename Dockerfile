FROM node:26-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package needs its install script here: one of them would bring a second Node.
RUN npm ci --ignore-scripts
COPY build.ts ./
COPY src src
COPY schema schema
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM node:26-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 ISOTHERM_SHUTDOWN_DELAY_MS=5000
WORKDIR /app
COPY LICENSE THIRD-PARTY.md package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/src/main.js"]
CMD ["serve"]
