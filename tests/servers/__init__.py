"""S3 servers on loopback for the tests: moto, OpenStack Swift and Ceph's radosgw."""
