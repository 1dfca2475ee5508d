"""HTTP in: public pages and feeds, the API, partners, inbound deliveries."""
