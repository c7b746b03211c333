"""What people see of this app: pages of the admin, and what their templates show."""
