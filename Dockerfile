FROM node:22.21.1-bookworm-slim

# The Python side (dbt, Great Expectations, training) is part of the pipeline.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends python3 python3-venv libgomp1 \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# Makes the Python environment from the hashed lock and checks the machine.
RUN node bin/martgraph.mjs gen --check \
  && useradd --system --home-dir /var/lib/martgraph --create-home martgraph \
  && chown --recursive martgraph /app/.martgraph
USER martgraph
EXPOSE 4000
CMD ["node", "bin/martgraph.mjs", "start", "--split", "--host", "0.0.0.0", "--data-dir", "/var/lib/martgraph"]
