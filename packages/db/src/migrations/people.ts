import type { MigrationInterface, QueryRunner } from "typeorm";
import type { RoleNames } from "../roles.ts";

/** The tables of Better Auth, under its names in snake_case, and the counters of rate limits. */
export function people({ app, auth }: RoleNames) {
  return class People1732100000000 implements MigrationInterface {
    readonly name = "People1732100000000";

    async up(database: QueryRunner): Promise<void> {
      await database.query(`
        CREATE TABLE users (
          id uuid NOT NULL DEFAULT gen_random_uuid(),
          name text NOT NULL DEFAULT '',
          email text,
          email_verified boolean NOT NULL DEFAULT false,
          image text,
          is_anonymous boolean NOT NULL DEFAULT false,
          created_at timestamptz(3) NOT NULL DEFAULT now(),
          updated_at timestamptz(3) NOT NULL DEFAULT now(),
          CONSTRAINT users_pkey PRIMARY KEY (id),
          CONSTRAINT users_email_key UNIQUE (email)
        );
        CREATE INDEX users_guests ON users (created_at) WHERE is_anonymous;

        CREATE TABLE sessions (
          id uuid NOT NULL DEFAULT gen_random_uuid(),
          user_id uuid NOT NULL,
          token text NOT NULL,
          expires_at timestamptz(3) NOT NULL,
          ip_address text,
          user_agent text,
          created_at timestamptz(3) NOT NULL DEFAULT now(),
          updated_at timestamptz(3) NOT NULL DEFAULT now(),
          CONSTRAINT sessions_pkey PRIMARY KEY (id),
          CONSTRAINT sessions_token_key UNIQUE (token),
          CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
        );
        CREATE INDEX sessions_user_id_idx ON sessions (user_id);

        CREATE TABLE accounts (
          id uuid NOT NULL DEFAULT gen_random_uuid(),
          user_id uuid NOT NULL,
          account_id text NOT NULL,
          provider_id text NOT NULL,
          access_token text,
          refresh_token text,
          id_token text,
          access_token_expires_at timestamptz(3),
          refresh_token_expires_at timestamptz(3),
          scope text,
          password text,
          created_at timestamptz(3) NOT NULL DEFAULT now(),
          updated_at timestamptz(3) NOT NULL DEFAULT now(),
          CONSTRAINT accounts_pkey PRIMARY KEY (id),
          CONSTRAINT accounts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
        );
        CREATE INDEX accounts_user_id_idx ON accounts (user_id);
        CREATE INDEX accounts_provider_idx ON accounts (provider_id, account_id);

        CREATE TABLE verifications (
          id uuid NOT NULL DEFAULT gen_random_uuid(),
          identifier text NOT NULL,
          value text NOT NULL,
          expires_at timestamptz(3) NOT NULL,
          created_at timestamptz(3) NOT NULL DEFAULT now(),
          updated_at timestamptz(3) NOT NULL DEFAULT now(),
          CONSTRAINT verifications_pkey PRIMARY KEY (id)
        );
        CREATE INDEX verifications_identifier_idx ON verifications (identifier);

        -- Unlogged: nobody misses the counters after a crash.
        CREATE UNLOGGED TABLE rate_limits (
          key text NOT NULL,
          count integer NOT NULL,
          resets_at timestamptz(3) NOT NULL,
          CONSTRAINT rate_limits_pkey PRIMARY KEY (key)
        );
        CREATE INDEX rate_limits_resets_at_idx ON rate_limits (resets_at);

        GRANT SELECT, INSERT, UPDATE, DELETE ON users, sessions, accounts, verifications TO "${auth}";
        GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limits TO "${app}";
      `);
    }

    async down(database: QueryRunner): Promise<void> {
      await database.query("DROP TABLE rate_limits, verifications, accounts, sessions, users");
    }
  };
}
