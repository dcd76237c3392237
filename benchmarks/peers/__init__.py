"""What a user would pick instead, each as well as we can write it.

Every peer is a module with ``run(world, folder)``: it reads the three files of the world, writes
``communes.parquet`` (code_insee, part_5, part_10, part_15, people_5, people_10, people_15,
distance_km, places) and ``gaps.parquet`` (code_epci, radius_km, area_km2, and the outline) into the
folder, and returns the seconds spent computing, without reading and writing.
"""
