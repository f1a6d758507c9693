"""IAM: users, groups, roles, policies, and the policy simulator."""
