# A network of its own: instances have no public address, and reach GitLab and registries through NAT.

resource "google_compute_network" "fleet" {
  project                 = var.project
  name                    = var.name
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "fleet" {
  project                  = var.project
  name                     = var.name
  region                   = var.region
  network                  = google_compute_network.fleet.id
  ip_cidr_range            = var.cidr
  private_ip_google_access = true
}

resource "google_compute_router" "fleet" {
  project = var.project
  name    = var.name
  region  = var.region
  network = google_compute_network.fleet.id
}

resource "google_compute_router_nat" "fleet" {
  project                            = var.project
  name                               = var.name
  region                             = var.region
  router                             = google_compute_router.fleet.name
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
}

resource "google_compute_firewall" "ssh" {
  project                 = var.project
  name                    = "${var.name}-ssh"
  network                 = google_compute_network.fleet.id
  direction               = "INGRESS"
  source_service_accounts = [google_service_account.manager.email]
  target_service_accounts = [google_service_account.instance.email]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
