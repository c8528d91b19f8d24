"""What people see in Slack: values become blocks, forms and Home, within their limits."""
